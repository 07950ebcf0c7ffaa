"""The social source: DUBU by OData v4. Imported by the registry only."""
