"""Rules for schemathesis that the document does not state."""

import schemathesis

# The gateway refuses a longer query itself, before any function is called.
QUERY_BYTES_MAX = 4_000


@schemathesis.hook
def map_case(context, case):
    """Cursors are opaque and come only from a list. So a valid request has none, and an invalid request has any text."""
    if case.meta.generation.mode.is_positive and case.query:
        case.query.pop("cursor", None)
    return case


@schemathesis.hook
def filter_query(context, query):
    return len(str(query).encode()) <= QUERY_BYTES_MAX
