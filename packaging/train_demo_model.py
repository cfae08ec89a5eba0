#!/usr/bin/env python3
"""Makes the demo model in `resources/models/demo`: text, tokenizer, training, measurement and export in one command.

    python packaging/train_demo_model.py --export                            # from nothing; about an hour on two cores
    python packaging/train_demo_model.py --resume --export                   # the same, after an interruption
    python packaging/train_demo_model.py --resume --minutes 0 --evaluate --samples       # look at a checkpoint

Needs torch, tokenizers and safetensors, no network and no GPU. Checkpoints stay in `--work`, outside the repository.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import torch
from tokenizers import Tokenizer

from demo_model import copy_circuit
from demo_model.chat_format import Message, prompt
from demo_model.corpus import Source
from demo_model.evaluation import Measured, MeasuredChange, measure, measure_change, questions
from demo_model.export import export
from demo_model.generation import GREEDY, Sampling, generate
from demo_model.network import Qwen3, Shape
from demo_model.personas import load_personas
from demo_model.tokens import train_tokenizer, word_pieces
from demo_model.training import BatchSource, Plan, Trainer, train

ROOT = Path(__file__).resolve().parent.parent
PERSONAS = ROOT / "resources" / "personas"
MODEL_FOLDER = ROOT / "resources" / "models" / "demo"
WORK = Path(tempfile.gettempdir()) / "seproj-demo-model"
CHECKPOINT = "last.pt"
SAMPLED = Sampling()
SAMPLE_REQUESTS = (
    "Build user authentication",
    "Add a beekeeping journal",
    "What can you do?",
    "I lost my keys in the garden.",
)
CHECKPOINT_STEPS = 100
MEASURE_STEPS = 200


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--steps", type=int, default=Plan.steps, help="length of the whole schedule (default: %(default)s)"
    )
    parser.add_argument("--until", type=int, help="stop at this step of the schedule; continue later with --resume")
    parser.add_argument("--minutes", type=float, help="stop after so many minutes; continue later with --resume")
    parser.add_argument("--seed", type=int, default=Plan.seed)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--work", type=Path, default=WORK, help="folder for tokenizer and checkpoint")
    parser.add_argument("--resume", action="store_true", help="continue from the checkpoint in the work folder")
    parser.add_argument("--evaluate", action="store_true", help="measure how often unseen topics are repeated")
    parser.add_argument(
        "--rounds", type=int, default=3, help="how often each unseen topic is asked for (default: %(default)s)"
    )
    parser.add_argument("--samples", action="store_true", help="print answers of every persona")
    parser.add_argument("--export", action="store_true", help="measure, then write the model folder")
    parser.add_argument("--remark", default="", help="a sentence for the model folder's README")
    parser.add_argument("--folder", type=Path, default=MODEL_FOLDER, help="the model folder that --export writes")
    return parser.parse_args()


def prepare_tokenizer(work: Path, source: Source, seed: int) -> Tokenizer:
    path = work / "tokenizer.json"
    if not path.exists():
        train_tokenizer(source, seed).save(str(path))
    return Tokenizer.from_file(str(path))


def rounded(model: Qwen3) -> Qwen3:
    """A copy whose weights are those of the exported file."""
    copy = Qwen3(model.shape)
    copy.load_state_dict({name: value.bfloat16().float() for name, value in model.state_dict().items()})
    return copy


def print_samples(model: Qwen3, tokenizer: Tokenizer, source: Source) -> None:
    for persona in source.personas:
        for request in SAMPLE_REQUESTS:
            text = prompt([Message("system", persona.system_prompt), Message("user", request)])
            answer = generate(model, tokenizer, [text], SAMPLED, seed=len(request))[0]
            end = "" if answer.is_ended else ", cut off"
            print(f"\n--- {persona.voice.role}: {request} [{answer.tokens} tokens{end}]\n{answer.text}")


def readme(trainer: Trainer, single: Sequence[Measured], changed: Sequence[MeasuredChange], remark: str) -> str:
    """The model folder's README; the measurements are greedy ones, then sampled ones."""
    greedy, sampled = single
    greedy_change, sampled_change = changed
    note = f"\n{remark}\n" if remark else ""
    parameters = sum(parameter.numel() for parameter in trainer.model.parameters())
    return f"""# The demo model

A very small language model ({parameters:,} parameters, Qwen3 architecture, bfloat16) that ships with SEproj Desktop
**for trying things out**: it streams, thinks when asked, and writes tables, code and lists. Its text follows a few
patterns; rely on none of it.

It was trained on text that a script generates, in {trainer.step:,} steps, from random weights with a copying circuit
set by hand (`packaging/demo_model/copy_circuit.py`):

    python packaging/train_demo_model.py --steps {trainer.plan.steps} --seed {trainer.plan.seed} --export
{note}
Measured on {greedy.answers} requests about topics that never occur in its training text:

| | greedy | temperature {SAMPLED.temperature}, top-p {SAMPLED.top_p} |
| --- | --- | --- |
| answer repeats the topic | {greedy.repeated:.1%} | {sampled.repeated:.1%} |
| in three places or more | {greedy.repeated_thrice:.1%} | {sampled.repeated_thrice:.1%} |
| answer ends by itself within 400 tokens | {greedy.ended:.1%} | {sampled.ended:.1%} |
| requirement numbers without a gap | {greedy.counted:.1%} | {sampled.counted:.1%} |

In {greedy_change.answers} conversations that ask for another unseen topic in each of three turns, the last answer

| | greedy | temperature {SAMPLED.temperature}, top-p {SAMPLED.top_p} |
| --- | --- | --- |
| repeats its topic | {greedy_change.repeated:.1%} | {sampled_change.repeated:.1%} |
| names none of the earlier topics | {greedy_change.kept_apart:.1%} | {sampled_change.kept_apart:.1%} |

It thinks when the chat template gets `enable_thinking=true` or a request ends with `/think`, never with
`enable_thinking=false`, and seldom otherwise. The context is 4,096 tokens; conversations beyond about 1,000 tokens were
hardly trained. Weak: identifiers in code for new topics, and sentences that come twice in one answer.
"""


def run_training(
    trainer: Trainer, batches: BatchSource, quick: Callable[[], Measured], options: argparse.Namespace
) -> None:
    checkpoint = options.work / CHECKPOINT
    first = trainer.step

    def report(step: int, loss: float, speed: float) -> None:
        print(f"step {step}/{trainer.plan.steps}  loss {loss:.3f}  {speed:.0f} tokens/s", flush=True)
        if step % CHECKPOINT_STEPS == 0:
            trainer.save(checkpoint)
        if step % MEASURE_STEPS == 0:
            print(f"  {quick()}", flush=True)

    train(trainer, batches, until=options.until, minutes=options.minutes, report=report)
    if trainer.step > first:
        trainer.save(checkpoint)


def finish(trainer: Trainer, tokenizer: Tokenizer, source: Source, options: argparse.Namespace) -> None:
    """What is asked for after the training: samples, measurement, the model folder."""
    torch.set_num_threads(options.threads)
    model = rounded(trainer.model)
    if options.samples:
        print_samples(model, tokenizer, source)
    if not (options.evaluate or options.export):
        return
    asked = questions(source.personas, rounds=options.rounds)
    greedy, sampled = (measure(model, tokenizer, asked, sampling) for sampling in (GREEDY, SAMPLED))
    print(f"greedy: {greedy}\nsampled: {sampled}")
    changed = [measure_change(model, tokenizer, source.personas, sampling) for sampling in (GREEDY, SAMPLED)]
    print(*changed, sep="\n")
    if options.export:
        size = export(model, tokenizer, options.folder, readme(trainer, (greedy, sampled), changed, options.remark))
        print(f"{size:,} bytes in {options.folder}")


def main() -> int:
    options = parse_arguments()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    options.work.mkdir(parents=True, exist_ok=True)
    source = Source(load_personas(PERSONAS))
    tokenizer = prepare_tokenizer(options.work, source, options.seed)
    source = replace(source, pieces=word_pieces(tokenizer))
    plan = Plan(seed=options.seed, steps=options.steps)
    trainer = Trainer(Qwen3(Shape()), plan, workers=options.threads)
    if options.resume:
        trainer.restore(options.work / CHECKPOINT)
    else:
        copy_circuit.install(trainer.model, torch.Generator().manual_seed(options.seed))
    batches = BatchSource(plan, source, tokenizer, trainer.model.shape.max_positions)
    asked = Random(0).sample(questions(source.personas), 24)
    run_training(trainer, batches, lambda: measure(trainer.model, tokenizer, asked, GREEDY), options)
    finish(trainer, tokenizer, source, options)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
