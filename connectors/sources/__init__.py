"""One folder a source: ``payloads`` (its words), ``translate`` (pure), ``connector`` (settings, descriptor, verbs)."""
