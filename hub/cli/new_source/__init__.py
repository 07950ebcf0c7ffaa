"""``helhed source new``: writes a new source's files, which run and pass their tests as they are."""
