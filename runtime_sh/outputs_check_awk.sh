# shellcheck shell=bash
# outputs_check_awk: functions of awk that hold what was found in a log against what is required of it. Each complaint is a line on
# stderr: the line of the log that awk has read, how many values it is about, and text; with one, awk's exit status is 3.
# requires:

sf_outputs_check_awk() { # prints the functions
  printf '%s\n' '
    function mark(key) { at[key, ++marks[key]] = NR }
    function blame(place, share, what) { blames[++blamed] = place " " share " " what "\n" }
    function huge(v) { # too large for an awk: infinite to one, 0 to another
      return v + 0 ? (v + 0 < 0 ? -v : v + 0) > 1.7976931348623157e+308 : v ~ /^[^Ee]*[1-9]/ && v !~ /[Ee]-/
    }
    function fault(v, min, max,   shown) {
      if (v !~ /^[-0-9]/ || huge(v)) return "not a finite number"
      shown = length(v) > 40 ? substr(v, 1, 40) "..." : v
      if (min != "" && v + 0 < min + 0) return shown " is below min " min
      if (max != "" && v + 0 > max + 0) return shown " is above max " max
      return ""
    }
    function within(key, min, max,   i, why, bad, first, place) { # without bounds, one finite number will do
      for (i = 1; i <= count[key]; i++) {
        why = fault(value[key, i], min, max)
        if (why == "" || bad++) continue
        first = why
        place = at[key, i]
      }
      if (bad && (min max != "" || bad == count[key])) blame(place, bad "/" count[key], "output " key ": " first)
    }
    function need(pattern, keys,   name, n, i, missing) {
      n = split(keys, name, SUBSEP)
      for (i = 1; i <= n; i++)
        if (!count[name[i]] && !marks[name[i]]) missing = missing (missing == "" ? "" : ", ") name[i]
      if (missing == "") return
      blame(0, "-", (missing ~ /^pattern / ? "output" : "output " missing) ": nothing in the log matches " pattern)
    }
    function judge(   i) {
      if (!blamed) return
      for (i = 1; i <= blamed; i++) print blames[i] | "cat 1>&2"
      close("cat 1>&2")
      exit 3
    }
'
}
