"""The tokenizer: byte-level BPE with Qwen's splitting rule, so that any text can be written and read back unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from demo_model.chat_format import SPECIAL_TOKENS, THINK_TOKENS, Sample, segments
from demo_model.corpus import Source, make_sample
from demo_model.topics import ADJECTIVES, QUALIFIERS, THINGS, made_up_word

VOCABULARY = 2048
QWEN_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def train_tokenizer(source: Source, seed: int) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(QWEN_SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(THINK_TOKENS),
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_training_text(source, Random(seed)), trainer)
    tokenizer.add_tokens([AddedToken(text, normalized=False, special=False) for text in THINK_TOKENS])
    if tokenizer.get_vocab_size() != VOCABULARY:
        raise RuntimeError(f"the tokenizer has {tokenizer.get_vocab_size()} entries instead of {VOCABULARY}")
    return tokenizer


def _training_text(source: Source, rng: Random) -> Iterator[str]:
    """Conversations, every listed word alone, and made-up words, which give short pieces for topics that are new."""
    for _ in range(6000):
        yield from (message.content for message in make_sample(rng, source).messages)
    for word in (*ADJECTIVES, *QUALIFIERS, *THINGS):
        yield from [f"the {word} of {word}"] * 25
    for _ in range(20_000):
        yield f"the {made_up_word(rng)}"


def token_id(tokenizer: Tokenizer, text: str) -> int:
    """The id of a token that must exist."""
    index = tokenizer.token_to_id(text)
    if index is None:
        raise KeyError(text)
    return int(index)


def word_pieces(tokenizer: Tokenizer) -> tuple[str, ...]:
    """The tokens that are lower-case letters, without the space before them."""
    texts = {tokenizer.decode([index]).strip() for index in range(tokenizer.get_vocab_size())}
    return tuple(sorted(text for text in texts if text.isascii() and text.isalpha() and text.islower()))


def encode(tokenizer: Tokenizer, sample: Sample) -> tuple[list[int], list[bool]]:
    """Token ids, and for each whether the model is to learn it."""
    ids: list[int] = []
    targets: list[bool] = []
    for segment in segments(sample):
        part = tokenizer.encode(segment.text).ids
        ids += part
        targets += [segment.is_target] * len(part)
    return ids, targets
