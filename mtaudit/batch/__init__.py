"""From one article to a corpus: sources, shards, engines (``mtaudit batch``).

    source → shards → text evidence → models → records → shards on disk → summary

A shard is cut by the number of records alone and depends on nothing outside it, so that a run
that was stopped goes on where it was, and its output is the same byte for byte.
"""
