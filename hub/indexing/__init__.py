"""From the store to the index: outbox relay, index writer, comparison and repair, reindex, serving."""
