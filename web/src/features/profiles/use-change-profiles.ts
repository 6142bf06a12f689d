import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import { setChoosing } from '@/lib/choosing';
import type { NewProfile, Profile, ProfileEdits } from '@/lib/models';
import { invalidate } from '@/lib/queries/keys';

/** Creates, changes and deletes the account's profiles. */
export function useChangeProfiles() {
  const client = useQueryClient();
  const onSuccess = () => invalidate(client, ['profiles'], ['me']);
  const create = useMutation({ mutationFn: (body: NewProfile) => data(api.POST('/api/profiles', { body })), onSuccess });
  const update = useMutation({
    mutationFn: ({ id, edits }: { id: string; edits: ProfileEdits }) =>
      data(api.PATCH('/api/profiles/{profile_id}', { params: { path: { profile_id: id } }, body: edits })),
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: ({ id }: Profile) => data(api.DELETE('/api/profiles/{profile_id}', { params: { path: { profile_id: id } } })),
    onSuccess: (_, { is_current }) => {
      if (is_current) setChoosing(true);
      else onSuccess();
    },
  });
  return { create, update, remove };
}
