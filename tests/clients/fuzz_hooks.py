"""What schemathesis cannot know from the document."""

import schemathesis

# A longer query is refused by the gateway, which answers before any function does.
QUERY_BYTES_MAX = 4_000


@schemathesis.hook
def map_case(context, case):
    """A cursor is opaque: only a list itself can make one. So a valid request has none, and an invalid one any text."""
    if case.meta.generation.mode.is_positive and case.query:
        case.query.pop("cursor", None)
    return case


@schemathesis.hook
def filter_query(context, query):
    return len(str(query).encode()) <= QUERY_BYTES_MAX
