# shellcheck shell=bash
# literal: text as the compiler reads a value of --set: as a number, as a boolean, else as it stands; and as the compiler prints it.
# requires: float

sf_literal_cast() { # <type> <text> -> SF_LITERAL: the value's text; status 1 when it is none of that type, 2 when bash cannot tell
  local kind
  sf_literal_read "$2" # -> kind
  case $1,$kind in
    *,unknown) return 2 ;;
    string,* | integer,int | float,float | boolean,bool) ;;
    integer,bool) [[ $SF_LITERAL == False ]] && SF_LITERAL=0 || SF_LITERAL=1 ;;
    integer,float) [[ $SF_LITERAL == *.0 ]] && sf_literal_integer "${SF_LITERAL%.0}" ;;
    float,int) sf_float_read "$SF_LITERAL" && SF_LITERAL=$SF_FLOAT || return 2 ;;
    boolean,int | boolean,text) sf_literal_boolean "$2" ;;
    *) return 1 ;;
  esac
}

sf_literal_read() { # <text> -> SF_LITERAL, and kind of the caller: int, float, bool, text, or unknown: for the compiler to read
  local text=${1#"${1%%[![:space:]]*}"} lower
  text=${text%"${text##*[![:space:]]}"}
  lower=${text,,}
  SF_LITERAL=$1
  kind=text
  if ((${#text} > 4000)); then
    return
  elif [[ $text =~ ^[+-]?[0-9]+(_[0-9]+)*$ ]]; then
    kind=int
    sf_literal_integer "${text//_/}"
  elif sf_float_is "$lower"; then
    kind=float
    sf_float_read "$lower" && SF_LITERAL=$SF_FLOAT || kind=unknown
  elif [[ $lower == true || $lower == yes || $lower == on ]]; then
    kind=bool SF_LITERAL=True
  elif [[ $lower == false || $lower == no || $lower == off ]]; then
    kind=bool SF_LITERAL=False
  elif [[ $text == \[*\] || $text == \{*\} ]]; then # JSON, it seems
    kind=unknown
  fi
}

sf_literal_integer() { # <digits, maybe with a sign> -> SF_LITERAL: without zeros in front
  local digits=${1#[+-]}
  digits=${digits#"${digits%%[!0]*}"}
  SF_LITERAL=${digits:-0}
  if [[ $1 == -* && $digits ]]; then SF_LITERAL=-$digits; fi
}

sf_literal_boolean() { # <text> -> SF_LITERAL
  local text=${1//[[:space:]]/}
  case ${text,,} in
    1 | y) SF_LITERAL=True ;;
    0 | n) SF_LITERAL=False ;;
    *) return 1 ;;
  esac
}
