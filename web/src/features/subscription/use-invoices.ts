import { useInfiniteQuery } from '@tanstack/react-query';
import { api, page } from '@/lib/api';

const PAGE_SIZE = 12;

/** The invoices, newest first, page by page. */
export function useInvoices() {
  return useInfiniteQuery({
    queryKey: ['invoices'],
    queryFn: ({ signal, pageParam }) =>
      page(api.GET('/api/subscription/invoices', { params: { query: { limit: PAGE_SIZE, cursor: pageParam ?? undefined } }, signal })),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  });
}
