"""The worker: what is due for each organisation, whether in a process of its own or in the server.

Every job runs in a transaction that holds the job's row (`FOR UPDATE SKIP LOCKED`): any number of
workers share the organisations, and what a killed one had begun is undone by the database and done
by the next. Mail alone leaves the database, so it is sent between two transactions.
"""

from pipeline_gql.worker.rounds import Worker

__all__ = ["Worker"]
