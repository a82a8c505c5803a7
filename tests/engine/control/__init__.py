"""What people decide about their lists."""
