"""Uses the client from openapi-python-client: `client.py ORIGIN`."""

import os
import sys

from marquee_client import AuthenticatedClient, Client
from marquee_client.api.account import get_me
from marquee_client.api.authentication import login
from marquee_client.api.catalogue import list_videos
from marquee_client.models import Credentials, ErrorResponse, GetMeResponse, ListVideosResponse, LoginResponse, VideoSort


def main(origin: str, email: str, password: str) -> None:
    anybody = Client(base_url=origin)
    refused = login.sync(client=anybody, body=Credentials(email=email, password="not the password"))
    assert isinstance(refused, ErrorResponse) and refused.error.code == "INVALID_CREDENTIALS", refused

    signed_in = login.sync(client=anybody, body=Credentials(email=email, password=password))
    assert isinstance(signed_in, LoginResponse), signed_in
    viewer = AuthenticatedClient(base_url=origin, token=signed_in.data.token)
    me = get_me.sync(client=viewer)
    assert isinstance(me, GetMeResponse) and me.data.email == email, me

    first = list_videos.sync(client=viewer, limit=5, sort=VideoSort.TITLE)
    assert isinstance(first, ListVideosResponse) and len(first.data) == 5, first
    assert first.pagination.next_cursor is not None
    second = list_videos.sync(client=viewer, limit=5, sort=VideoSort.TITLE, cursor=first.pagination.next_cursor)
    assert isinstance(second, ListVideosResponse), second
    assert {video.id for video in first.data}.isdisjoint(video.id for video in second.data)
    print(f"{me.data.role.value}: {first.data[0].title}, {second.data[0].title}")


main(sys.argv[1], os.environ["CLIENT_EMAIL"], os.environ["CLIENT_PASSWORD"])
