#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units float
}

@test "what Python takes for a number is one" {
  local text
  for text in 1.5 .5 5. 1e3 -1_0.2_5e+0_4 inf +infinity nan; do sf_float_is "$text" || { echo "$text" && false; }; done
  for text in '' . e3 1__0.5 1_.5 ._5 1.5_ 1e 1.2.3 infinite 0x1p3 1,5; do ! sf_float_is "$text" || { echo "$text" && false; }; done
}

@test "numbers look as Python prints them" {
  local pair
  for pair in 4.50=4.5 1e3=1000.0 .5=0.5 5.=5.0 -0.0=-0.0 1e16=1e+16 123456e10=1234560000000000.0 1e-4=0.0001 1.50e-5=1.5e-05 \
    1e0_3=1000.0 -inf=-inf infinity=inf nan=nan 0.00=0.0 1e300=1e+300; do
    sf_float_read "${pair%%=*}"
    [[ $SF_FLOAT == "${pair#*=}" ]] || { echo "$pair gave $SF_FLOAT" && false; }
  done
}

@test "what bash cannot round is refused" {
  local text
  for text in 1234567890.123456 1e308 1e-320 1e99999999999999999999; do ! sf_float_read "$text" || { echo "$text" && false; }; done
}
