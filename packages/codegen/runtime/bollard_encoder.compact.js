function bollardEncode(e,n){var t,r,o=[],s=[4];function a(e,n){for(var t=0,r=n;r>=1;r/=2)t++
;for(;t>0;t--)o.push(Math.floor(e/Math.pow(2,t-1))%2)}function i(n,t){
throw new Error(e.name+"."+n.name+": "+t)}function f(e,n,t){"number"!=typeof t&&i(e,t+" is no number")
;var r=n.steps,o=Math.floor((t*r[2]-r[0])/r[1]+.5)
;o>=0&&o<=n.last||i(e,t+" is not within "+r[0]/r[2]+" to "+(r[0]+n.last*r[1])/r[2]),a(o,n.last)}
function l(e,n){var t,o=e.slots,s=o[0].last,l=0;switch(e.kind){case"boolean":
return"boolean"!=typeof n&&i(e,n+" is neither true nor false"),a(n?1:0,1);case"enum":
return(t=e.names.indexOf(n))<0&&i(e,n+" is none of "+e.names.join(", ")),a(t,s);case"flags":
for(t=0;t<n.length;t++)e.names.indexOf(n[t])<0&&i(e,n[t]+" is none of "+e.names.join(", "))
;for(t=0;t<e.names.length;t++)n.indexOf(e.names[t])>=0&&(l+=Math.pow(2,t));return a(l,s);case"position":
for(t=[n.latitude,n.longitude,n.altitude],r=0;r<o.length;r++)f(e,o[r],t[r]);return;case"array":
for(r=0;r<o.length;r++)f(e,o[r],n[r]);return;case"text":case"bytes":var u="text"===e.kind?function(e){
for(var n=encodeURIComponent(e),t=[],r=0;r<n.length;r++)"%"!==n.charAt(r)?t.push(n.charCodeAt(r)):(t.push(parseInt(n.substr(r+1,2),16)),
r+=2);return t}(n):function(e){for(var n=0,t=[];n<e.length;n+=2)t.push(parseInt(e.substr(n,2),16));return t
}(n);for(u.length>s&&i(e,"it takes "+u.length+" bytes, and "+s+" are the most"),a(u.length,s),
t=0;t<u.length;t++)a(u[t],255);return;default:return f(e,o[0],n)}}function u(e){
return void 0!==n[e.name]&&null!==n[e.name]}for(e.id>127&&s.push(128+Math.floor(e.id/256)),s.push(e.id%256),
t=0;t<e.fields.length;t++)e.fields[t].optional?o.push(u(e.fields[t])?1:0):u(e.fields[t])||i(e.fields[t],"it is missing")
;for(t=0;t<e.fields.length;t++)u(e.fields[t])&&l(e.fields[t],n[e.fields[t].name]);for(t=0;t<o.length;t+=8){
for(var h=0,d=0;d<8;d++)h=2*h+(o[t+d]||0);s.push(h)}return s}
