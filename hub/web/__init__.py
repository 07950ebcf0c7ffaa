"""The pages, their JSON twins, and every Danish sentence. Imported by hub.app alone.

The only room with FastAPI routes and Jinja. A workspace is a folder: ``routes``, ``page`` (the view model), ``present``
(pure: data to view model), ``texts`` (Danish), ``templates``. ``workspaces`` lists them, ``shell`` is what they share,
``middlewares`` what every request passes, ``api`` the JSON twins.
"""
