# shellcheck shell=bash
# float: a decimal number as the compiler prints it: 4.50 is 4.5, 1e3 is 1000.0.
# requires:

sf_float_is() { # <lower-case text>: is it a number?
  local digits='[0-9][0-9_]*'
  [[ $1 =~ ^[+-]?(inf|infinity|nan)$ ]] && return 0
  [[ $1 =~ ^[+-]?($digits\.?|$digits\.$digits|\.$digits)(e[+-]?$digits)?$ && ! $1 =~ _(_|[^0-9]|$) ]]
}

sf_float_read() { # <lower-case number> -> SF_FLOAT; status 1 for more than 15 digits or close to the limits: bash cannot round those
  local sign='' number=${1//_/} whole fraction='' digits
  local -i exponent=0
  if [[ $number == -* ]]; then sign=-; fi
  number=${number#[+-]}
  case $number in
    inf*) SF_FLOAT=${sign}inf && return ;;
    nan) SF_FLOAT=nan && return ;;
    *e*) sf_float_exponent "${number#*e}" ;; # -> exponent
  esac
  whole=${number%%e*}
  if [[ $whole == *.* ]]; then fraction=${whole#*.} whole=${whole%%.*}; fi
  digits=$whole$fraction
  exponent+=${#whole}-1 # that of the first digit
  while [[ $digits == 0* ]]; do digits=${digits#0} exponent+=-1; done
  while [[ $digits == *0 ]]; do digits=${digits%0}; done
  SF_FLOAT=${sign}0.0
  [[ ! $digits ]] || { ((${#digits} <= 15 && exponent > -308 && exponent < 308)) && sf_float_print; }
}

sf_float_exponent() { # <digits, maybe with a sign> -> exponent of the caller; four digits are far beyond the limits in any case
  local digits=${1#[+-]}
  digits=${digits#"${digits%%[!0]*}"}
  if ((${#digits} > 4)); then digits=9999; fi
  exponent=${digits:-0}
  if [[ $1 == -* ]]; then exponent=-exponent; fi
}

sf_float_print() { # -> SF_FLOAT: from sign, digits and exponent of the caller
  local zeros=0000000000000000 fraction
  if ((exponent < -4 || exponent >= 16)); then
    fraction=${digits:1}
    printf -v SF_FLOAT '%s%s%se%+03d' "$sign" "${digits:0:1}" "${fraction:+.$fraction}" "$exponent"
  elif ((exponent < 0)); then
    SF_FLOAT=${sign}0.${zeros:0:-exponent-1}$digits
  else
    digits+=${zeros:0:exponent+1}
    fraction=${digits:exponent+1}
    fraction=${fraction%"${fraction##*[!0]}"}
    SF_FLOAT=$sign${digits:0:exponent+1}.${fraction:-0}
  fi
}
