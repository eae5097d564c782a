# shellcheck shell=bash
# outputs_awk: the functions that the awk code of a task's outputs calls: they cut a line to pieces, and keep values as JSON. For
# every awk, in the C locale; the text of a number stays what it was, as far as JSON has it.
# requires: outputs_json

sf_outputs_awk() { # prints the program
  # shellcheck disable=SC2016 # fields of awk
  printf '%s\n' '
    function start() {
      line = $0
      before = -1
    }
    function begins(at) { # where a match begins: cuts off what is before it; one that led nowhere was the last
      if (!at || length(line) == before) return 0
      before = length(line)
      cut(at - 1)
      return 1
    }
    function cut(n,   head) {
      head = substr(line, 1, n)
      line = substr(line, n + 1)
      return head
    }
    function near(at) { return at > 1000 ? at - 1000 : at ? 0 : -1 } # a bit before a match: not every awk finds the first
    function longest(at) { return at ? RLENGTH : 0 }
    function shortest(at) { return at ? at - 1 : 0 }
    function keep(key, json) { value[key, ++count[key]] = json }
    function text(key, s) { keep(key, quoted(utf8(s))) }
    function number(key, s) { keep(key, decimal(s)) }
    function percent(key, s) { keep(key, decimal(hundredth(substr(s, 1, length(s) - 1)))) }

    function decimal(s,   sign) { # a sign before the digits, none but the last zero at their beginning
      if (!match(s, /[0-9.]/)) return "null" # nan and inf, which JSON has not
      sign = index(substr(s, 1, RSTART - 1), "-") ? "-" : ""
      s = substr(s, RSTART)
      sub(/^0+/, "", s)
      return sign (s ~ /^[0-9]/ ? s : "0" s)
    }
    function hundredth(s,   dot, fraction) {
      dot = index(s, ".")
      if (dot) fraction = substr(s, dot + 1)
      else dot = length(s) + 1
      s = substr(s, 1, dot - 1)
      if (match(s, /[0-9]+$/) && RLENGTH < 3) s = substr(s, 1, RSTART - 1) substr("000", RLENGTH + 1) substr(s, RSTART)
      fraction = substr(s, length(s) - 1) fraction
      sub(/0+$/, "", fraction)
      return substr(s, 1, length(s) - 2) (fraction == "" ? "" : "." fraction)
    }
    function integer(key, s, base,   sign, prefix) { # base 0: the prefix tells
      sign = index(s, "-") ? "-" : ""
      s = tolower(s)
      sub(/^[-+ ]+/, "", s)
      prefix = substr(s, 1, 2)
      if (!base) base = length(s) < 3 ? 10 : prefix == "0x" ? 16 : prefix == "0b" ? 2 : prefix == "0o" ? 8 : 10
      if (base == 16 ? prefix == "0x" : base == 2 ? prefix == "0b" : prefix == "0o") s = substr(s, 3)
      if (base == 16) gsub(/[^0-9a-f]/, "", s)
      else if (base == 10) gsub(/[^0-9]/, "", s)
      else gsub(base == 8 ? "[^0-7]" : "[^01]", "", s)
      keep(key, decimal(sign (base == 10 ? s : to_decimal(s, base))))
    }
    function to_decimal(s, base,   digit, n, i, j, carry, out) { # of any length: awk itself has 53 bits
      for (i = 1; i <= length(s); i++) {
        carry = index("0123456789abcdef", substr(s, i, 1)) - 1
        for (j = 1; j <= n || carry; j++) {
          if (j > n) n = j
          carry += digit[j] * base
          digit[j] = carry % 10
          carry = int(carry / 10)
        }
      }
      for (j = n; j > 0; j--) out = out digit[j]
      return out == "" && s != "" ? "0" : out
    }
'
  sf_outputs_json
}
