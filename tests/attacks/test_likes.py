"""64 users like and unlike one repository a thousand times each, all at once, on kept connections: at every
moment the count that is told is one that can be, and in the end it is the number of rows."""
import http.client
import json
import random
from concurrent.futures import ThreadPoolExecutor

USERS = 64
TIMES = 1000


def change_often(server, repo: str, number: int, token: str) -> bool:
    """Returns whether the user likes it in the end."""
    choose = random.Random(number)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    likes = False
    try:
        for _ in range(TIMES):
            likes = choose.random() < 0.5
            connection.request("POST" if likes else "DELETE", f"/api/models/{repo}/like",
                               headers={"Authorization": f"Bearer {token}"})
            reply = connection.getresponse()
            body = reply.read()
            assert reply.status == 200, (reply.status, body)
            count = json.loads(body)["likes_count"]
            assert (1 if likes else 0) <= count <= USERS - (0 if likes else 1), count
    finally:
        connection.close()
    return likes


def test_likes_and_unlikes_at_once(server):
    alice = server.people["alice"]
    server.post("/api/repos/create", {"name": "liked"}, alice.token)
    tokens = [server.user(f"liker{number}").token for number in range(USERS)]
    with ThreadPoolExecutor(USERS) as pool:
        ends = list(pool.map(lambda item: change_often(server, "alice/liked", *item), enumerate(tokens)))
    expected = sum(ends)
    assert 0 < expected < USERS
    with server.database() as database:
        count, rows = database.execute(
            "SELECT r.likes_count, (SELECT count(*) FROM repository_like l WHERE l.repo_id = r.id) "
            "FROM repository r WHERE r.name = 'liked'").fetchone()
    assert count == rows == expected
    assert server.request("GET", "/api/models/alice/liked/stats").json()["likes"] == expected
    likers = server.request("GET", "/api/models/alice/liked/likers?limit=100").json()
    assert likers["total"] == len(likers["likers"]) == expected
    for number, (likes, token) in enumerate(zip(ends, tokens)):
        told = server.request("GET", "/api/models/alice/liked/like", None, token).json()["liked"]
        assert told == likes, number
