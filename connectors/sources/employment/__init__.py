"""Employment: thin events of STAR's Webservicebroker, look-up by REST, and a search of citizens for the first load."""
