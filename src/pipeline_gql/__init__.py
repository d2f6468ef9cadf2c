"""A GraphQL server for sales opportunities. Five rooms, arrows pointing down only:

api         SAYS: GraphQL in, GraphQL out.
operations  DOES: one module per mutation namespace, one function per verb.
domain      KNOWS: values and rules, pure.
store       KEEPS: PostgreSQL, and how each field is read from it.
delivery    TELLS: outbox to the world (comes later).
"""
