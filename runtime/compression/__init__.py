"""Compression: codecs over bytes, bounded in what they give out."""
