"""What road forms are put together from: roads of several sections, profiles, joints, furniture, ranges."""
