"""The one signature of laws, as the compiler reads it."""

LAW = "float64(float64[::1], float64[::1], float64[::1])"  # law(now, values, memory) -> m/s2
