"""The classes of `client.responses`."""

from ..._async.responses import AsyncResponses as AsyncResponses
from ..._sync.responses import Responses as Responses
