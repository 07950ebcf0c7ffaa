"""An address from another system: which citizen does it lead to?"""
