"""What is written for clients of the vendors' packages, read by the vendors' types."""

from __future__ import annotations

import pytest
from tests.codecs._operation_support import AN, OC, Functions, body_of
from tests.codecs.test_operations_counts import LISTS

from modelwire.codecs import COLLECT
from modelwire.ir import Embedding, EmbeddingResponse, TokenCount

openai_types = pytest.importorskip("openai.types")
anthropic_types = pytest.importorskip("anthropic.types")


@pytest.mark.parametrize("response", LISTS)
def test_lists_of_models(response):
    for dialect, model in (
        (OC, openai_types.Model),
        (AN, anthropic_types.ModelInfo),
    ):
        codec = Functions("model_list", dialect)
        body = body_of(codec.encode_response(response, on_loss=COLLECT))
        for item in body.get("data", [body]):
            model.model_validate(item)


def test_embeddings_without_usage():
    response = EmbeddingResponse(embeddings=(Embedding(index=0, values=(0.5,)),))
    body = body_of(Functions("embedding", OC).encode_response(response))
    openai_types.CreateEmbeddingResponse.model_validate(body)


def test_counts():
    body = body_of(
        Functions("token_count", AN).encode_response(TokenCount(input_total=1))
    )
    anthropic_types.MessageTokensCount.model_validate(body)
