"""The client's side of the contract as rules that are checked against a running service; `scripts/conformance` runs them.

A rule is a function with `@rule`: it makes requests, and raises `Broken` if the service answers otherwise than promised, or
`Skipped` if this service or account cannot show it. `every_response.py` judges what the other rules received.
"""
