#!/usr/bin/env bash
# deploy/demo/make_clips.sh FOLDER: draws the demo clips, each once. Slides with a big and a small line, read aloud by espeak-ng.
set -Eeuo pipefail
export LC_ALL=C.UTF-8
out="$1"
mkdir -p "$out"
work="$(mktemp -d)"
# Each clip is a process group of its own, so that its ffmpeg ends with it.
set -m
# shellcheck disable=SC2317  # Called by the trap.
end() {
  local job
  exec 2>/dev/null # Nobody wants to read what was cut off.
  for job in $(jobs -rp); do kill -KILL -- "-$job" || true; done
  rm -rf "$work"
}
trap end EXIT
trap 'exit 143' TERM INT
font="$(fc-match -f '%{file}' 'Noto Sans CJK SC:bold' 2>/dev/null || true)"
[ -f "$font" ] || font=/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc

# The size at which a line fills at most 84 % of the picture's width and a tenth of its height.
size_of() {
  local text="$1" width="$2" height="$3" wide
  wide="$(printf '%s' "$text" | sed 's/[ -~]/h/g; s/[^h]/WW/g' | wc -c)"
  local by_width=$((width * 168 / 100 / (wide + 1))) by_height=$((height / 10))
  echo $((by_width < by_height ? by_width : by_height))
}

# speak VOICE SECONDS FILE TEXT: exactly so many seconds of speech and silence.
speak() {
  espeak-ng -v "$1" -s 165 -w "$3.raw.wav" -- "$4"
  ffmpeg -nostdin -v error -y -i "$3.raw.wav" -af "aresample=48000,apad=whole_dur=$2,atrim=end=$2" -ac 1 "$3"
}

# clip NAME WIDTHxHEIGHT FPS SECONDS_PER_SLIDE DARK LIGHT VOICE [OPTION] <<< "big|small|speech" lines
#   VOICE "none": no sound at all. OPTION "still": no moving ground, for long clips. OPTION "phone": coded lying, with a
#   rotation in the container, as phones do it.
clip() {
  local name="$1" width="${2%x*}" height="${2#*x}" fps="$3" each="$4" dark="$5" light="$6" voice="$7" option="${8:-}"
  local file="$out/$name.mp4" dir="$work/$name" count=0 texts="" big small speech
  [ -f "$file" ] && return
  mkdir -p "$dir"
  while IFS='|' read -r big small speech; do
    local begin=$((count * each)) end=$(((count + 1) * each))
    printf '%s' "$big" >"$dir/big$count"
    printf '%s' "$small" >"$dir/small$count"
    local big_size small_size
    big_size="$(size_of "$big" "$width" "$height")"
    small_size="$(size_of "$small" "$width" "$height")"
    [ "$small_size" -gt $((big_size * 3 / 4)) ] && small_size=$((big_size * 3 / 4))
    local shown="enable='between(t,$begin,$end)':alpha='min(1,(t-$begin)*2)'"
    texts+=",drawtext=fontfile=$font:textfile=$dir/big$count:fontsize=$big_size:fontcolor=white"
    texts+=":x=(w-tw)/2:y=h*0.40-th/2:$shown"
    texts+=",drawtext=fontfile=$font:textfile=$dir/small$count:fontsize=$small_size"
    texts+=":fontcolor=white@0.85:x=(w-tw)/2:y=h*0.56:$shown"
    if [ "$voice" != none ]; then
      speak "$voice" "$each" "$dir/$count.wav" "$speech"
      echo "file '$dir/$count.wav'" >>"$dir/speech.txt"
    fi
    count=$((count + 1))
  done
  local total=$((count * each)) ground
  if [ "$option" = still ]; then
    ground="color=c=$dark:s=${width}x$height:r=${fps}[ground]"
  else
    ground="gradients=s=${width}x$height:r=$fps:c0=$dark:c1=$light:x0=0:y0=0:x1=$width:y1=$height:speed=0.012[g]"
    ground+=";color=c=white@0.10:s=$((width / 2))x$((height / 5)):r=$fps,format=rgba[card]"
    ground+=";color=c=black@0.14:s=$((width / 3))x$((height / 2)):r=$fps,format=rgba[leaf]"
    ground+=";[g][leaf]overlay=x='(W-w)*(0.5+0.45*sin(t*0.7))':y='(H-h)*(0.5+0.4*cos(t*0.5))'[h]"
    ground+=";[h][card]overlay=x='(W-w)*(0.5+0.5*cos(t*0.9))':y='(H-h)*(0.5+0.45*sin(t*1.1))'[ground]"
  fi
  # The bar at the bottom moves through the whole clip, so that no two frames are the same.
  local bar=";color=c=$light:s=${width}x$((height / 90)):r=${fps}[bar];[ground][bar]overlay=x='-W+W*t/$total':y=H-h"
  local turn=""
  [ "$option" = phone ] && turn=",transpose=clock"
  local sound=()
  [ "$voice" != none ] && sound=(-f concat -safe 0 -i "$dir/speech.txt" -c:a aac -b:a 96k -ar 48000)
  ffmpeg -nostdin -v error -y -filter_complex_threads 1 "${sound[@]:0:6}" \
    -filter_complex "$ground$bar$texts$turn,format=yuv420p[v]" -map '[v]' ${sound[0]:+-map 0:a} \
    -t "$total" -c:v libx264 -preset ultrafast -crf 20 -g $((fps * 5)) -threads 2 "${sound[@]:6}" \
    -movflags +faststart "$dir/clip.mp4"
  if [ "$option" = phone ]; then
    ffmpeg -nostdin -v error -y -i "$dir/clip.mp4" -c copy -metadata:s:v:0 rotate=90 -movflags +faststart "$dir/turned.mp4"
    mv "$dir/turned.mp4" "$dir/clip.mp4"
  fi
  mv "$dir/clip.mp4" "$file.part"
  mv "$file.part" "$file"
  echo "  made $name.mp4"
}

# As many clips at a time as there are cores.
turn() {
  while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
}

turn
clip village_doctor 720x1280 30 5 0x1d4d4f 0x4f8f6b cmn phone <<'SLIDES' &
药箱里的山路|乡村医生 王秀兰|王秀兰，山里人叫她王医生。
二十二年|走坏了十九双胶鞋|二十二年，她走坏了十九双胶鞋。
一千三百户|家家有健康档案|一千三百户人家，家家都有健康档案。
她说|路不难走，怕的是没人走|她说，路不难走，怕的是没人走。
SLIDES
turn
clip lathe_worker 720x1280 30 5 0x22313f 0xc0712f cmn <<'SLIDES' &
车床前的三十年|全国劳动模范 李建国|李建国，数控车工，全国劳动模范。
0.008 毫米|一根头发丝的十分之一|他把误差控制在一根头发丝的十分之一。
四十七名徒弟|十二人成了技师|他带出四十七名徒弟，十二人成了技师。
他说|手稳，是因为心静|他说，手稳，是因为心静。
SLIDES
turn
clip why_micro_lessons 1920x1080 25 5 0x7a1712 0xd9a441 cmn <<'SLIDES' &
三分钟，一堂微党课|第一讲 从一个问题开始|三分钟，能讲好一堂党课吗？
一个故事|只讲一个人，只讲一件事|只讲一个人，只讲一件事。
一个道理|听完能用一句话说出来|听完，能用一句话说出来。
一个行动|今天就能做的小事|最后留下一件今天就能做的小事。
SLIDES
turn
clip county_history 1280x720 10 26 0x2f2a26 0xb08d57 cmn still <<'SLIDES' &
一九四九 渡口|一条木船，一天两班|那一年，进县城只有一条木船，一天两班。
一九五二 识字班|晚饭后，祠堂里亮着灯|晚饭以后，祠堂里亮着灯，大人孩子一起认字。
一九五八 水库|三万人，四百天|三万人干了四百天，修起了县里第一座水库。
一九六四 拖拉机|全县第一台|全县第一台拖拉机开进东河村，后面跟着半个村的孩子。
一九七一 铁路|第一声汽笛|铁路修通那天，很多老人第一次听见汽笛。
一九七八 种子站|亩产翻了一番|种子站的新品种，让亩产翻了一番。
一九八四 乡镇企业|缝纫机响了一夜|第一家乡镇企业开工，缝纫机响了整整一夜。
一九九二 公路|柏油路通到村口|柏油路通到村口，卖菜的人起得更早了。
二〇〇一 电话|村村通电话|村村通了电话，外出的人每个星期往家里打一次。
二〇〇八 学校|最结实的房子|重建的学校，是全县最结实的房子。
二〇二〇 脱贫|最后一户搬进新居|最后一户人家搬进了新居，门上贴着红对联。
今天 高铁站|四十分钟到省城|今天，从高铁站出发，四十分钟就到省城。
SLIDES
turn
clip safety_slides 1280x720 25 3 0x1f3a5f 0xb5651d none <<'SLIDES' &
上岗先看|看设备 看周围 看自己|
劳保穿齐|帽子 手套 防护镜|
机器没停|手不伸 头不探|
两人同干|一人指挥 一人应答|
发现异常|先停机 再报告|
下班离岗|断电 清场 交接|
SLIDES
turn
clip branch_news 720x720 25 4 0x5b1a1a 0xe0c097 cmn <<'SLIDES' &
田埂上的课堂|东河村党支部|春耕时节，东河村党支部把课堂搬到了田埂上。
十五分钟|讲完就下地|十五分钟，讲完就下地。
三十八人|没有一个看手机|三十八个人听课，没有一个人看手机。
SLIDES
turn
clip welder_english 1280x720 30 5 0x16324f 0xe4572e en <<'SLIDES' &
Zhang Wei, Welder|Model worker of the shipyard|Zhang Wei has welded ships for nineteen years.
Twelve notebooks|Every seam is written down|She writes every seam down: the metal, the weather, the mistake.
Nobody starts from zero|The workshop learns from them|Her whole workshop now welds by her notebooks.
SLIDES
failed=0
for job in $(jobs -p); do wait "$job" || failed=1; done
exit "$failed"
