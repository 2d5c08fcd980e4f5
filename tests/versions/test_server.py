"""Information about the server: models, metrics, capabilities."""

from tests.live.drivers import Driver
from tests.versions.features import numbers
from vllm_client.vllm.versions import registers_by_model


def test_version_and_models_of_the_server(chat: Driver, version: str) -> None:
    told = chat.call(lambda client: client.version())
    models = chat.call(lambda client: client.models.list())

    assert numbers(told.partition("+")[0].partition(".dev")[0])[:2] == numbers(version)[:2]
    assert [model.id for model in models] == ["tiny"]
    assert models.data[0].max_model_len == 2048
    assert chat.call(lambda client: client.health()) is True


def test_metrics_of_the_server(chat: Driver) -> None:
    def generated() -> float:
        metrics = chat.call(lambda client: client.metrics())
        return float(metrics.value("vllm:generation_tokens_total"))

    before = generated()
    chat.call(lambda client: client.completions.create(prompt="a", max_tokens=3, ignore_eos=True))

    assert generated() == before + 3
    assert chat.call(lambda client: client.metrics()).value("vllm:num_requests_running") == 0


def test_capabilities_depend_on_the_routes_and_the_model(chat: Driver, version: str) -> None:
    offered = chat.call(lambda client: client.capabilities())

    certain = registers_by_model(version)
    assert offered.offers("chat") is (True if certain else None)
    assert offered.offers("embeddings") is (False if certain else None)
    assert offered.offers("tokenize") is True
    assert offered.offers("dev_mode") is False
