"""Who one is: whoami, overviews, members, auth_check."""
import huggingface_hub
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

from scenario_runner import raises, scenario


@scenario(types=("model",))
def whoami(hub):
    me = hub.alice.whoami()
    assert me["name"] == "alice" and me["type"] == "user"
    assert "lab" in [organization["name"] for organization in me["orgs"]]
    assert me["auth"]["accessToken"] == {**me["auth"]["accessToken"], "displayName": "tests", "role": "write"}
    assert hub.alice_reading.whoami()["auth"]["accessToken"]["role"] == "read"


@scenario(types=("model",))
def whoami_with_a_wrong_token(hub):
    error = raises(OSError, hub.alice.whoami, token="hf_" + "x" * 34)  # what 0.36 and 2 have in common
    assert error.response.status_code == 401
    assert "Invalid user token" in str(error), error


@scenario(types=("model",))
def full_repo_name(hub):
    assert hub.alice.get_full_repo_name("x") == "alice/x"


@scenario(types=("model",))
def user_overview(hub):
    overview = hub.nobody.get_user_overview("alice")
    assert overview.username == "alice" and overview.num_models is not None
    error = raises(HfHubHTTPError, hub.nobody.get_user_overview, "nobody-at-all")
    assert error.response.status_code == 404


@scenario(types=("model",))
def organization_overview_and_members(hub):
    assert hub.nobody.get_organization_overview("lab").name == "lab"
    members = [member.username for member in hub.alice.list_organization_members("lab")]
    assert {"alice", "carol"} <= set(members) and "bob" not in members


@scenario()
def auth_check(hub):
    public, private, gated = hub.repo(), hub.repo(private=True), hub.repo()
    hub.alice.update_repo_settings(gated, gated="manual", repo_type=hub.type)
    hub.nobody.auth_check(public, repo_type=hub.type)
    hub.alice.auth_check(private, repo_type=hub.type)
    raises(RepositoryNotFoundError, hub.bob.auth_check, private, repo_type=hub.type)
    raises(RepositoryNotFoundError, hub.nobody.auth_check, private, repo_type=hub.type)
    raises(GatedRepoError, hub.bob.auth_check, gated, repo_type=hub.type)


@scenario(since=(2,))
def auth_check_for_writing(hub):
    public = hub.repo()
    hub.alice.auth_check(public, repo_type=hub.type, write=True)
    error = raises(HfHubHTTPError, hub.bob.auth_check, public, repo_type=hub.type, write=True)
    assert error.response.status_code == 403, error


@scenario(types=("model",))
def a_wrong_token_is_not_a_missing_repository(hub):
    error = raises(HfHubHTTPError, huggingface_hub.HfApi(token="hf_" + "y" * 34).model_info, hub.repo())
    assert error.response.status_code == 401 and not isinstance(error, RepositoryNotFoundError), error
