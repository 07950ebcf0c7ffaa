"""Mine borgere: what needs me today?"""
