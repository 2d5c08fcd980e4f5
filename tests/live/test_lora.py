"""LoRA adapters: load, use as a model, unload."""

from collections.abc import Iterator

import pytest

from tests.live.configurations import MODELS
from tests.live.drivers import Driver
from vllm_client import ApiError

ADAPTER = str(MODELS / "lora")


@pytest.fixture
def name(chat_dev: Driver, facade: str) -> Iterator[str]:
    """Yield a name for an adapter, and unload it at the end."""
    name = f"styl-{facade}"
    yield name
    if any(card.id == name for card in chat_dev.call(lambda client: client.models.list())):
        chat_dev.call(lambda client: client.unload_lora_adapter(lora_name=name))


def _check_served(chat_dev: Driver, name: str) -> None:
    card = chat_dev.call(lambda client: client.models.retrieve(name))
    assert (card.id, card.root, card.parent) == (name, ADAPTER, "tiny")


def _check_unknown(chat_dev: Driver, name: str) -> None:
    with pytest.raises(ApiError) as caught:
        chat_dev.call(lambda client: client.models.retrieve(name))
    assert (caught.value.code, caught.value.type) == (404, "NotFoundError")


def test_adapter_is_a_model_until_it_is_unloaded(chat_dev: Driver, name: str) -> None:
    _check_unknown(chat_dev, name)
    loaded = chat_dev.call(
        lambda client: client.load_lora_adapter(lora_name=name, lora_path=ADAPTER)
    )
    assert loaded == f"Success: LoRA adapter '{name}' added successfully."
    _check_served(chat_dev, name)
    response = chat_dev.call(
        lambda client: client.chat.completions.create(
            model=name, messages=[{"role": "user", "content": "Say hello."}], max_tokens=5
        )
    )
    assert response.model == name
    unloaded = chat_dev.call(lambda client: client.unload_lora_adapter(lora_name=name))
    assert unloaded == f"Success: LoRA adapter '{name}' removed successfully."
    _check_unknown(chat_dev, name)


def test_adapter_is_replaced_only_with_load_inplace(chat_dev: Driver, name: str) -> None:
    def load(inplace: bool) -> str:
        return str(
            chat_dev.call(
                lambda client: client.load_lora_adapter(
                    lora_name=name, lora_path=ADAPTER, load_inplace=inplace
                )
            )
        )

    load(False)
    with pytest.raises(ApiError, match="has already been loaded") as caught:
        load(False)
    assert (caught.value.code, caught.value.type) == (400, "InvalidUserInput")
    assert load(True).startswith("Success")


def test_adapter_is_registered_on_sagemakers_route(chat_dev: Driver, name: str) -> None:
    registered = chat_dev.call(lambda client: client.register_adapter(name=name, src=ADAPTER))
    assert registered == f"Adapter {name} registered"
    _check_served(chat_dev, name)
    unregistered = chat_dev.call(lambda client: client.unregister_adapter(name))
    assert unregistered == f"Adapter {name} unregistered"
    _check_unknown(chat_dev, name)


def test_unknown_adapter_is_not_found(chat_dev: Driver, name: str) -> None:
    for ask in (
        lambda client: client.load_lora_adapter(lora_name=name, lora_path="/nowhere"),
        lambda client: client.unload_lora_adapter(lora_name=name),
        lambda client: client.unregister_adapter(name),
    ):
        with pytest.raises(ApiError) as caught:
            chat_dev.call(ask)
        assert (caught.value.code, caught.value.type) == (404, "NotFoundError")
        assert "base_url" not in caught.value.message
