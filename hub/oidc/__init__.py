"""The municipality's login (OpenID Connect): the provider, and who its claims say that somebody is."""
