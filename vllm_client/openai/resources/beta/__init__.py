"""The classes of `client.beta`."""

from ..._async.chat import AsyncBeta as AsyncBeta
from ..._sync.chat import Beta as Beta
