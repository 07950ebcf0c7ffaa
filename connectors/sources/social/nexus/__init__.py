"""Grants of adults and children from KMD Nexus (HAL), as a reader of the social area."""
