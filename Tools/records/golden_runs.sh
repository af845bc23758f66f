#!/usr/bin/env bash
# Makes three golden runs: classification of a bundle, retrieval, and six senses.
#
#   HOLDFAST=path/to/holdfast Tools/records/golden_runs.sh OUTPUT CLIP PICTURES
#
# CLIP is a CLIP folder of 32 pixels, PICTURES a folder of class folders. Make them with the
# program before a change and with the one after it, then compare the two outputs with compare_runs.py.
set -euo pipefail
program=$(realpath "${HOLDFAST:?path of the program}") output=$1 clip=$(realpath "$2") pictures=$(realpath "$3")
mkdir -p "$output"
cd "$output"

"$program" harden --model "$clip" --method clipure-cos:gradient=released --output bundle
"$program" audit --model bundle --data "$pictures" --limit 24 --epsilon 1/255,4/255 \
  --attack apgd-ce:steps=10 --attack square:queries=50 --checks 12 --gallery-samples 2 \
  --batch-size 12 --output classification

"$program" scenes --output scenes --modality image,text --count 4 --concepts circle,square,star,cross
"$program" audit --task retrieval --pairs image=scenes/image/pairs.csv --model builtin \
  --attack apgd-ce:steps=10 --attack crossfire:steps=5 --epsilon 1/255,4/255 --batch-size 8 \
  --output retrieval

for sense in image video audio thermal points event; do
  "$program" audit --model builtin --data "$sense=scenes:evaluation" --limit 8 \
    --epsilon 1/255,4/255 --attack apgd-ce:steps=5 --checks off --batch-size 8 --output "senses/$sense"
done
