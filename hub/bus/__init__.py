"""The bus: records and changes on their way. May import the kit; the stages import only ``base``."""
