"""The three published tests of the R157 models, one a file: cut_in, cut_out, car_following."""
