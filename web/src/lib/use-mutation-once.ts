import { useMutation } from '@tanstack/react-query';
import type { UseMutationOptions, UseMutationResult } from '@tanstack/react-query';
import { useCallback, useRef } from 'react';

/**
 * A mutation that runs at most once at a time. The button learns a render too late that it is pending, so a double click would start
 * it twice.
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
