function bollardEncode(n,o){var e,t=[],i=[4];function r(n,o){for(var e=0,i=o;i>=1;i/=2)e++
;for(;e>0;e--)t.push(Math.floor(n/Math.pow(2,e-1))%2)}function s(o,e){
throw new Error(n.name+"."+o.name+": "+e)}function l(n,o){var e=n.slots;return e[0].last,
"boolean"===n.kind?("boolean"!=typeof o&&s(n,o+" is neither true nor false"),r(o?1:0,1)):function(n,o,e){
"number"!=typeof e&&s(n,e+" is no number");var t=o.steps,i=Math.floor((e*t[2]-t[0])/t[1]+.5)
;i>=0&&i<=o.last||s(n,e+" is not within "+t[0]/t[2]+" to "+(t[0]+o.last*t[1])/t[2]),r(i,o.last)}(n,e[0],o)}
function f(n){return void 0!==o[n.name]&&null!==o[n.name]}for(n.id>127&&i.push(128+Math.floor(n.id/256)),
i.push(n.id%256),
e=0;e<n.fields.length;e++)n.fields[e].optional?t.push(f(n.fields[e])?1:0):f(n.fields[e])||s(n.fields[e],"it is missing")
;for(e=0;e<n.fields.length;e++)f(n.fields[e])&&l(n.fields[e],o[n.fields[e].name]);for(e=0;e<t.length;e+=8){
for(var a=0,u=0;u<8;u++)a=2*a+(t[e+u]||0);i.push(a)}return i}
