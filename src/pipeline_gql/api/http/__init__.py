"""GraphQL over HTTP, without a framework's view: what comes in, what is refused, what goes out.

`endpoint.py` reads from top to bottom as a request goes; the rest is what it asks.
"""
