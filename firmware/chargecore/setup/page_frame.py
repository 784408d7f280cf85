"""head() and tail() of the set-up page: its style, and the script that makes it nicer.

Called by: page. Without the script everything works: it counts down, shows typed passwords, hides
the name field while a network of the list is chosen, and keeps a form from being sent twice. The
nonce lets this style and this script in and nothing else. Heap: the texts.
"""

_HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Set up this charging station</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">
<style nonce="%s">
:root{color-scheme:light dark;
--ink:#15242e;--soft:#55656f;--line:#c3ced5;--back:#eef2f4;--card:#fff;
--go:#0a6b4d;--bad:#b3261e;--tint:#fdeceb;--on:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf1;--soft:#a3b1ba;--line:#41525d;--back:#111a20;
--card:#1a262e;--go:#2fa37c;--bad:#ff8a80;--tint:#3a201f;--on:#06251b}}
*{box-sizing:border-box}
body{margin:0;padding:1rem .75rem 3rem;background:var(--back);color:var(--ink);
font:1rem/1.5 system-ui,sans-serif}
main{max-width:34rem;margin:auto}
h1{font-size:1.45rem;line-height:1.25;margin:.5rem 0}
fieldset,.card{border:1px solid var(--line);border-radius:.75rem;background:var(--card);
margin:0 0 1rem;padding:.4rem 1rem 1rem;min-width:0}
.card{padding:.6rem 1rem}
legend{font-weight:600;padding:0 .4rem}
label{display:block;font-weight:600;margin-top:.9rem}
.hint{color:var(--soft);font-size:.9rem;margin:.15rem 0 .3rem}
input[type=text],input[type=password]{width:100%%;font:inherit;padding:.6rem .7rem;
border:1px solid var(--soft);border-radius:.5rem;background:var(--card);color:var(--ink)}
input:focus-visible,button:focus-visible{outline:3px solid var(--go);outline-offset:1px}
.net,.tick{display:flex;gap:.6rem;align-items:center;font-weight:400;margin:0;padding:.55rem 0;
border-bottom:1px solid var(--line);overflow-wrap:anywhere}
.tick{border:0}
.net span{margin-left:auto;color:var(--soft);font-size:.85rem;text-align:right}
input[type=radio],input[type=checkbox]{width:1.25rem;height:1.25rem;flex:none;margin:0;
accent-color:var(--go)}
.bad{color:var(--bad);font-weight:600;margin:.3rem 0 .2rem}
input[aria-invalid]{border:2px solid var(--bad)}
.alert{border-color:var(--bad);background:var(--tint)}
button{font:inherit;font-weight:600;border-radius:.5rem;padding:.65rem 1rem;width:100%%;
border:1px solid var(--go);background:var(--go);color:var(--on)}
button.small{width:auto;background:none;color:var(--go);padding:.35rem .7rem;margin-top:.7rem}
button:disabled{opacity:.6}
.go+.hint{margin-top:.6rem}
.enter{position:absolute;left:-99rem}
dt{color:var(--soft);font-size:.9rem}
dd{margin:0 0 .5rem;font-weight:600;overflow-wrap:anywhere}
.code{font-size:1.4rem!important;letter-spacing:.12em;text-transform:uppercase}
</style></head><body><main><h1>%s</h1>
"""
_TAIL = """<p class="hint">This page closes in <b id="left" data-s="%d">%d minutes</b>, and at
once when a car is plugged in. Nothing charges meanwhile.</p>
<script nonce="%s">
(function(d){var l=d.getElementById('left'),e=Date.now()+l.dataset.s*1e3;
function tick(){var s=Math.max(0,Math.round((e-Date.now())/1e3));
l.textContent=s?Math.floor(s/60)+':'+('0'+s%%60).slice(-2)+' min':'0 min (switch off and on)'}
tick();setInterval(tick,1e3);
d.querySelectorAll('input[type=password]').forEach(function(i){var b=d.createElement('button');
b.type='button';b.className='small';b.textContent='Show what I type';b.onclick=function(){
var p=i.type=='password';i.type=p?'text':'password';
b.textContent=p?'Hide what I type':'Show what I type'};i.after(b)});
var o=d.getElementById('other'),r=d.querySelectorAll('input[name=pick]');
function other(){o.hidden=!r[r.length-1].checked}
if(r.length){r.forEach(function(i){i.onchange=other});other()}
d.querySelectorAll('form').forEach(function(f){f.onsubmit=function(){setTimeout(function(){
f.querySelectorAll('button').forEach(function(b){b.disabled=true});
f.querySelectorAll('.go').forEach(function(b){b.textContent='One moment \\u2026'})},0)}})
})(document)</script></main></body></html>
"""


def head(nonce, title):
    """Return the beginning of a page, to its heading."""
    return (_HEAD % (nonce, title)).encode()


def tail(nonce, left_s):
    """Return the end of a page that stays for left_s, as a list."""
    return [(_TAIL % (left_s, left_s // 60 + 1, nonce)).encode()]
