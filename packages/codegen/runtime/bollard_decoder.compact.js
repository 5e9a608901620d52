function bollardDecode(t,r,n){var e,a,o,l,s=0,u=[];function i(t,r){var n=new Error(t+" at byte "+r)
;throw n.code=t,n}function f(t){return t>=r.length&&i("PAYLOAD_TRUNCATED",r.length),r[t]}function h(t){
for(var r=0;t>0;t--,s++)r=2*r+(f(s>>3)>>7-(7&s)&1);return r}function A(t){for(var r=0;t>=1;t/=2)r++;return r}
function v(t,r,n){return t>r&&i("PAYLOAD_STEP_ABOVE_RANGE",n),t}var c=f(0),_=c>>6;e=c>>4&3,a=!!(8&c),
2===_&&i("PAYLOAD_PROTECTED",0),
3===_&&i("PAYLOAD_RESERVED_FORM",0),(1&c||a&&0===e)&&i("PAYLOAD_RESERVED_BIT",0);var D,M=1,O=0,g=1
;if(4&c&&((O=f(M))>127&&((O=256*(O-128)+f(M+1))<128&&i("PAYLOAD_BAD_SCHEMA_ID",M+1),M++),
0===O&&i("PAYLOAD_BAD_SCHEMA_ID",M),M++),2&c){for(f(M+5),D={boot:r[M]+256*r[M+1],sequence:0},
l=5;l>1;l--)D.sequence=256*D.sequence+r[M+l];M+=6}0!==O&&O!==t.id&&i("PAYLOAD_WRONG_SCHEMA",1),
1===_&&(0===(g=f(M))&&i("PAYLOAD_BAD_ROW_COUNT",M),M++),s=8*M
;var d,m=t.fields,p=[],E=[],L=[],P=[],Y=[],R=0,T=0,w=0,S=null!=t.interval,C=0,b=!1
;for(l=0;l<m.length;l++)m[l].optional&&C++,m[l].slots[0].steps||(b=!0),E[l]=[],P[l]=[],Y[l]=[];function I(t){
return"text"===t.kind||"bytes"===t.kind}function B(){for(var t=0;t<m.length;t++)p[t]=m[t].optional?h(1):1}
function N(t,r){for(var n=[],e=s>>3;r-- >0;)n.push(h(8));if("text"===t.kind)return function(t,r){
for(var n="",e=0;e<t.length;){
for(var a=t[e++],o=a<128?0:a>239?3:a>223?2:1,l=0===o?a:a&63>>o,s=a>127&&a<194||a>244||e+o>t.length,u=0;u<o&&!s;u++)s=128!=(192&t[e]),
l=64*l+(63&t[e++])
;(s||2===o&&(l<2048||l>55295&&l<57344)||3===o&&(l<65536||l>1114111))&&i("PAYLOAD_BAD_TEXT",r),
n+=l<65536?String.fromCharCode(l):String.fromCharCode(55232+(l>>10),56320+(1023&l))}return n}(n,e)
;for(var a=0,o="";a<n.length;a++)o+=(n[a]<16?"0":"")+n[a].toString(16);return o}function y(){R=function(){
if(0===e)return 0;var t=s>>3,r=h(2===e?16:32);if(2===e){
"number"==typeof n&&isFinite(n)||i("PAYLOAD_NO_ARRIVAL",t);var o=Math.floor(n),l=((r-o)%65536+65536)%65536
;r=(o+(l>32767?l-65536:l))%4294967296}if(!a)return r;t=s>>3;var u=h(10)
;return u>999&&i("PAYLOAD_BAD_MILLISECONDS",t),1e3*r+u}(),B()
;for(var r=0;r<m.length;r++)for(var o=0;o<m[r].slots.length;o++){var l=m[r].slots[o],u=s>>3,f=0
;p[r]&&(f=v(h(A(l.last)),l.last,u)),E[r][o]=f,l.steps&&(P[r][o]=null==l.increment?f:l.increment,
Y[r][o]=l.mean),I(m[r])&&(L[r]=N(m[r],f))}T=0|Math.round((t.interval||0)*(a?1e3:1)),d=!S}function k(t){
return A(Math.floor((t+6)/32))}function x(t,r){for(var n=s>>3,e=0;e<16&&h(1);)e++
;return v(e<4?e*Math.pow(2,t)+h(t):e<16?Math.pow(2,e-4+t)+h(e-4+t)+3*Math.pow(2,t):h(A(r)),r,n)}
function G(t,r,n){return t-Math.floor(t/Math.pow(2,n))+Math.min(r,4095)*Math.pow(2,4-n)}function V(t){
var r,n,o=t<5?1:2,l=1===t&&!S,u=0!==e&&w<4&&!l,f=[],c=C>0||b||u
;for(r=0;r<m.length;r++)for(n=0;n<m[r].slots.length;n++){var _="array"===m[r].kind
;!m[r].slots[n].steps||_&&n>0||(f[r]=f[r]||[],f[r][n]=Y[r][n]<4,c=c||f[r][n])}var D=c&&0===h(1)
;!D&&C>0&&h(1)&&B(),0!==e&&function(t,r,n){
var e=s>>3,o=r?a?11:6:k(w),l=t?0:x(o,4294967295),u=l%2?-(l+1)/2:l/2,f=T+u|0;R+=f,
a?(R<0||R>=4294967296e3)&&i("PAYLOAD_TIME_OUT_OF_RANGE",e):R=(R%4294967296+4294967296)%4294967296,
r||(w=G(w,l,n)),0!==u&&d&&(T=f),d=0!==u}(D&&u,l,o);var M=0;for(r=0;r<m.length;r++){
var O=m[r],g=O.slots[0].steps;if(p[r])for(n=0;n<O.slots.length;n++){var P=O.slots[n],y="array"===O.kind?0:n
;if(g)M=q(r,n,y,P,D&&f[r][y],M,o);else if(!D&&h(1)){var V=s>>3
;1!==P.last||I(O)?E[r][n]=v(h(A(P.last)),P.last,V):E[r][n]=1-E[r][n],I(O)&&(L[r]=N(O,E[r][n]))}}else g&&(M=0)}
}function q(t,r,n,e,a,o,l){var s=P[t][r],u=s,i=e.last;if(e.follows&&o){
var f=Math.floor(Math.abs(o)/Math.pow(2,e.shift));u=Math.min(i,Math.max(0,u+(o>0==e.follows>0?f:-f)))}
var h=a?0:x(k(Y[t][n]),i),A=function(t,r,n){var e=Math.min(r,n-r)
;return t>2*e?r<n-r?r+t-e:r-t+e:t%2?r-(t+1)/2:r+t/2}(h,u,i),v=A-s,c=Math.floor(Math.abs(v)/2)*(v<0?-1:1)
;return Y[t][n]=G(Y[t][n],h,l),P[t][r]=Math.min(i,Math.max(0,A+(e.trend||0)*c)),
E[t][r]=null==e.increment?A:(E[t][r]+A)%(i+1),v}function F(t){var r,n=m[t],e=n.slots,a=[],o=[]
;if(!p[t])return null;for(r=0;r<e.length;r++){var l=e[r].steps;a.push(l?(l[0]+E[t][r]*l[1])/l[2]:E[t][r])}
switch(n.kind){case"array":return a;case"position":var s={latitude:a[0],longitude:a[1]}
;return a.length>2&&(s.altitude=a[2]),s;case"boolean":return 1===a[0];case"enum":return n.names[a[0]]
;case"flags":for(r=0;r<n.names.length;r++)Math.floor(a[0]/Math.pow(2,r))%2&&o.push(n.names[r]);return o
;case"text":case"bytes":return L[t];default:return a[0]}}for(l=0;l<g;l++){0===l?y():V(l);var H={values:{}}
;for(0!==e&&(H.time=a?R/1e3:R),o=0;o<m.length;o++)H.values[m[o].name]=F(o);u.push(H)}
7&s&&0!==h(8-(7&s))&&i("PAYLOAD_BAD_PADDING",(s>>3)-1),s>>3<r.length&&i("PAYLOAD_TRAILING_BYTES",s>>3);var U={
timeMode:["none","absolute","16","uptime"][e],readings:u};return D&&(U.key=D),U}
