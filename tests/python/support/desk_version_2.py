"""Version 2 of the desk's service, as a server loads it."""

from support.desk_service import make_app

app = make_app(2)
