"""The benchmark: `python -m tests.bench`.

`dataset` loads the rows, `questions` says what is asked, `peers` are the servers that are
compared, `client` asks them and `measuring` watches what it costs; `report` writes the table.
"""
