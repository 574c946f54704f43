"""Texts as vectors, in Chinese and English, without a network: what products are called.

ngrams      a text's words and pieces of words, as numbers of buckets
latent      vectors whose cosine says how alike texts are, learnt from the texts themselves
"""

from onebasket.text.latent import LatentSettings, LatentText

__all__ = ["LatentSettings", "LatentText"]
