"""Tiny real checkpoints in the layouts of the published ones, made on the spot, offline.

Without torch, transformers and peft (extra `hf`) the whole folder is skipped.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

MISSING = [name for name in ("torch", "transformers", "peft") if find_spec(name) is None]
if MISSING:
    collect_ignore_glob = ["*"]
else:  # these are read when the libraries are imported, so no fixture is early enough
    HOME = tempfile.mkdtemp(prefix="kg_builder-hf-")
    atexit.register(shutil.rmtree, HOME, ignore_errors=True)
    os.environ |= {"HF_HOME": HOME, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # tiny models gain nothing from more, and lose on busy machines

CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
HEADERS = (
    "{{ '<|begin_of_text|>' }}{% for m in messages %}{{ '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' "
    "+ m['content'] + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
CHATML_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
HEADER_TOKENS = ("<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")
SENTENCES = (
    "After lithium the patient had tremor and nausea for two days.",
    "Aspirin was stopped because of gastric bleeding.",
    "Sau khi dùng aspirin, người bệnh bị đau bụng và buồn nôn.",
    'Answer: [{"entity": "tremor", "type": "DISEASE"}, {"entity": "lithium", "type": "DRUG"}]',
    "- lithium\n- aspirin\nlithium | tremor\nsystem user assistant Text: List of extracted chemicals:\n",
)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line that says what was not run, and why."""
    if MISSING:
        terminalreporter.write_line(f"tests/hf skipped: {', '.join(MISSING)} not installed (extra 'hf')")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """peft asks transformers for an attribute that is on its way out; its warning is not ours to mend."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning"))


def save_tokenizer(folder: Path, special: Sequence[str], *, eos: str, template: str | None, length: int = 2048) -> int:
    """A byte-level BPE tokenizer of some 400 pieces, saved; returns the size of its vocabulary."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)  # type: ignore[assignment, unused-ignore]
    tokenizer.decoder = decoders.ByteLevel()  # type: ignore[assignment, unused-ignore]
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=list(special),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=eos,
        pad_token=special[0] if special[0] != eos else eos,
        model_max_length=length,
        chat_template=template,
    )
    wrapped.save_pretrained(folder)
    return len(wrapped)


@pytest.fixture(scope="session")
def tiny_qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Qwen2 for causal language modelling, random weights, ChatML: the layout of the JSON family's checkpoint.

    Its generation configuration asks for sampling and a penalty, as published ones do, which must not leak in.
    """
    import torch
    from transformers import GenerationConfig, Qwen2Config, Qwen2ForCausalLM

    folder = tmp_path_factory.mktemp("tiny-qwen")
    size = save_tokenizer(folder, CHATML_TOKENS, eos="<|im_end|>", template=CHATML)
    torch.manual_seed(5)
    config = Qwen2Config(
        vocab_size=size,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        initializer_range=0.3,
        bos_token_id=None,
        eos_token_id=2,
        pad_token_id=0,
        tie_word_embeddings=True,
    )
    model = Qwen2ForCausalLM(config)
    model.generation_config = GenerationConfig(
        do_sample=True,
        temperature=0.7,
        top_p=0.8,
        top_k=20,
        repetition_penalty=1.05,
        eos_token_id=[2, 0],
        pad_token_id=0,
    )
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Llama for causal language modelling, random weights, header tokens: the base of the adapter, and an editor."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    folder = tmp_path_factory.mktemp("tiny-llama")
    size = save_tokenizer(folder, HEADER_TOKENS, eos="<|eot_id|>", template=HEADERS)
    torch.manual_seed(6)
    config = LlamaConfig(
        vocab_size=size,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        initializer_range=0.3,
        bos_token_id=0,
        eos_token_id=[1, 4],
        pad_token_id=1,
        tie_word_embeddings=True,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_adapter(tmp_path_factory: pytest.TempPathFactory, tiny_llama: Path) -> Path:
    """A LoRA adapter on `tiny_llama` that changes its answers; its configuration names the base's folder."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    folder = tmp_path_factory.mktemp("tiny-adapter")
    torch.manual_seed(7)
    model = AutoModelForCausalLM.from_pretrained(tiny_llama)
    config = LoraConfig(
        r=4,
        lora_alpha=32,
        target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
        task_type="CAUSAL_LM",
        init_lora_weights=False,
    )
    get_peft_model(model, config).save_pretrained(folder)
    return folder
