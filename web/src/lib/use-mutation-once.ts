import { useMutation } from '@tanstack/react-query';
import type { UseMutationOptions, UseMutationResult } from '@tanstack/react-query';
import { useCallback, useRef } from 'react';

/**
 * A mutation that is under way once at most. That it is pending is known to the button a render late, and by then a double
 * click has asked for it twice.
 */
export function useMutationOnce<Data, Variables = void>({
  mutationFn,
  ...options
}: UseMutationOptions<Data, Error, Variables>): UseMutationResult<Data, Error, Variables> {
  const isUnderWay = useRef(false);
  const mutation = useMutation<Data, Error, Variables>({
    ...options,
    mutationFn: async (variables, context) => {
      try {
        if (!mutationFn) throw new TypeError('There is nothing to do');
        return await mutationFn(variables, context);
      } finally {
        isUnderWay.current = false;
      }
    },
  });
  const { mutate } = mutation;
  const once = useCallback<typeof mutate>(
    (...args) => {
      if (isUnderWay.current) return;
      isUnderWay.current = true;
      mutate(...args);
    },
    [mutate],
  );
  return { ...mutation, mutate: once };
}
