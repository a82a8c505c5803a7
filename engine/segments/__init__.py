"""Who the users are: segments by recency, frequency and value, by lifecycle, by behaviour and by their table."""

from engine.segments.best import best_by_segment
from engine.segments.profile import profile_segments, taste_by_category
from engine.segments.quality import quality_by_segment
from engine.segments.segmentation import Segmentation, segment_users

__all__ = [
    "Segmentation",
    "best_by_segment",
    "profile_segments",
    "quality_by_segment",
    "segment_users",
    "taste_by_category",
]
